# mark 2/2: right, a true convolution with the kernel as it is
from scipy.signal import convolve2d


def conv_grad_input_1(delta, K):
    return np.array(
        [
            [
                sum(convolve2d(d, K[o, c]) for o, d in enumerate(maps))
                for c in range(K.shape[1])
            ]
            for maps in delta
        ]
    )
